"""The frozen nouns of the trade: what venues send and what we keep, without any input or output."""
