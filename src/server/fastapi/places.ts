/** Folder of the model in the image. */
export const modelFolder = '/model';

/** The virtual environment: at the top of the image, so that no folder above it has to be made. */
export const venv = '/venv';

/** User and group of the server in the image. */
export const serverUser = '10001:10001';
