"""The door for changes: who is calling, the gate around every cmdlet, the runspace."""
