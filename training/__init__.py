"""Makes the models that wildvision uses; needs the extra ``train``."""
