"""What each released version was sent and answered; a folder each, never changed again."""
