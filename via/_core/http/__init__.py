"""HTTP requests, as far as the core reads them."""
