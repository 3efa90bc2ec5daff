"""The web app: talk, and see what is remembered. Needs `pip install 'memlane[web]'`; started by `memlane up`."""
