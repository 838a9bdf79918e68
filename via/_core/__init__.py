"""The compiled core and its pure-Python twin, module by module; imports nothing else of via."""
