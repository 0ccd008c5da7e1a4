"""Tables to terminal screens: what the commands print. A screen is a list of things that rich can print; it computes nothing."""
