"""The blocking faces: the same names, run on one event-loop thread per connection.

Nothing is decided here. A blocking call inside a running event loop would stop that loop, so it is refused; so is
a call in a child process that inherited the connection by a fork.
"""
