def most_queries(route: str, method: str) -> int:
    return 10**6
