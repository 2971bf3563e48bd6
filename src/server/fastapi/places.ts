/** Folder of the model in the image. */
export const modelFolder = '/model';

/** The virtual environment: at the top of the image, so that no folder above it has to be made. */
export const venv = '/venv';
