"""The admin pages: what authors, reviewers and admins do, in a browser."""
