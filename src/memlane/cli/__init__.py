"""The command line. It decides nothing about memory: every command is a call of the public interface, shown as text."""
