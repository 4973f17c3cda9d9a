"""The local page for those who decide what a scan's hits are; needs the extra ``review``."""
