"""The front of the application: what every request passes, the app's files, and health."""
