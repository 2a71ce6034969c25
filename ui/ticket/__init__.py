"""The order ticket: drafts, what they come to, the parts of its panel, and the hand that sends."""
