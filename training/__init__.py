"""The workshop that makes the models wildvision uses; needs the extra ``train``."""
