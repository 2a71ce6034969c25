"""What a journal's round trips teach: figures with their n, groups, pictures' series, chance and rules."""
