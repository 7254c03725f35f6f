"""What can be said against a song's text. Each check gives findings and says what it cannot know."""
