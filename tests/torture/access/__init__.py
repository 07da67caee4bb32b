"""Who may do what: the table of ``docs/access.md`` against every route that there is."""
