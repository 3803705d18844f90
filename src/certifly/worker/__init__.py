"""The door for time: performs announced jobs, and picks up what a killed process left behind."""
