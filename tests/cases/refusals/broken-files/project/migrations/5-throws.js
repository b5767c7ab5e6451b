throw new Error('PRIVATE_KEY is not set');
