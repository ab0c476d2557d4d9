"""From a picture, or a moving plate, to the crop that is animated."""
