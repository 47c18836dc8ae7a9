from . import people, records, routes

__all__ = ["people", "records", "routes"]
