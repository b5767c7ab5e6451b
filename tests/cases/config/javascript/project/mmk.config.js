module.exports = async () => {
  const folder = await Promise.resolve(process.env.SCRIPTS_FOLDER);
  return { migrationsDir: `./db/${folder}` };
};
