"""A page in a tab: contexts, what is sent to the browser, and how tabs are found."""
