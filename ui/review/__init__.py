"""The parts of the review screen: which trade is looked at, its list, its entry and its time machine."""
