"""What each kind of event has to say, and to whom: one function per row of the planner's table."""
