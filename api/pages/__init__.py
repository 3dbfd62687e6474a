"""Pages, one module per part of the work; none imports another."""
