"""The first minutes: a welcome over the living desk, a tour on its real panels, and the sample journal."""
