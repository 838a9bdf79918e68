"""What a page is made of: signals, actions, fields and all else that ends with it."""
