"""The service: what the library answers, over HTTP, for platforms that put it behind their own tools."""
