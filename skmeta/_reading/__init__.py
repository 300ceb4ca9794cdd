"""What all readers of files share: how much they may take, which errors they raise."""
