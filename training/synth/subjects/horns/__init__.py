"""Horns, antlers and the hornbill's casque, raw and worked."""
