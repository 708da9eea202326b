"""Loops over measured data and over this machine: depth scores, speed and memory."""
