"""The door for questions: facts, then policy, then one log line."""
