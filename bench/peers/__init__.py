"""The same work done the ordinary way by other means, to be measured against."""
