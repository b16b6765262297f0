// The shop of examples/orm/prisma.mjs on a connection; the client has been generated for the database.
import { PrismaBetterSqlite3 } from '@prisma/adapter-better-sqlite3';
import { PrismaMariaDb } from '@prisma/adapter-mariadb';
import { PrismaPg } from '@prisma/adapter-pg';
import { placeOrder, refuseOrder } from '../../../../examples/orm/prisma.mjs';

const ADAPTERS = {
  sqlite: (file) => new PrismaBetterSqlite3({ url: `file:${file}` }),
  postgres: (url) => new PrismaPg({ connectionString: url }),
  mysql: (url) => new PrismaMariaDb(url.replace(/^mysql:/, 'mariadb:')),
};

export async function openShop(kind, address) {
  const { PrismaClient } = await import(process.env.PRISMA_CLIENT);
  const prisma = new PrismaClient({ adapter: ADAPTERS[kind](address) });
  if (kind === 'sqlite') await prisma.$executeRawUnsafe('pragma synchronous = full');
  return {
    place: (order) => placeOrder(prisma, kind, order),
    refuse: (order) => refuseOrder(prisma, kind, order),
    close: () => prisma.$disconnect(),
  };
}
