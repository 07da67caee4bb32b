"""Every test of the service; the folders mirror the floors."""
