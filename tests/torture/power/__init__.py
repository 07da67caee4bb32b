"""The plug is pulled: what was confirmed is on the disk, whatever else was on its way there."""
