"""What people have labelled photos in: folder trees, manifests, COCO and Label Studio exports."""
