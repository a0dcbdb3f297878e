"""The page `/docs`: Swagger UI on the service's OpenAPI document, with a form to log in.

The HTML, CSS and JavaScript of this package are served as they are.
"""
