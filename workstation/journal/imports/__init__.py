"""Account exports of venues, read into fills and funding: recognised, previewed, then taken in whole."""
