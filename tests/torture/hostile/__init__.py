"""Ordeals by hostile input: files, requests, texts and addresses that mean harm."""
