# The service, the archiver, the discarder and every other command: one image, the command is the argument.
#   docker build -t aftercommit:0.1.0 .
#   docker run --rm aftercommit:0.1.0 --help

FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY migrations ./migrations
COPY src ./src
RUN npm run build

FROM node:20-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# An application chooses its driver, the image has all three: peers that are not optional are installed, as locked.
RUN npm pkg delete devDependencies peerDependenciesMeta && npm ci --no-audit --no-fund

FROM node:20-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
# The only place that is written: SQLite files and the credentials. Mount a volume here; a new one takes over the owner.
RUN mkdir data && chown node:node data
USER node
EXPOSE 8080
# For `serve`; containers with another command switch it off.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.EVT_PORT || 8080) + '/livez').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/src/app/main.js"]
CMD ["serve", "--archiver", "--discarder"]
