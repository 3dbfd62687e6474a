"""The demonstration: a mailbox on loopback, sample rounds made by the real commands, a clock to push."""
