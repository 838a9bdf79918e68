"""What tests share: servers, visitors, clocks, the core's variants and random views."""
