"""What the service is made of: ``make audit`` lists it, and says what must not be part of it."""
