"""What all readers of files share: limits on memory, and documented errors."""
