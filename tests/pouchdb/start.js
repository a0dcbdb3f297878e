// A CouchDB-protocol server that keeps everything in memory: node start.js PORT
'use strict';

const express = require('express');
const expressPouchDB = require('express-pouchdb');

const PouchDB = require('pouchdb-core')
  .plugin(require('pouchdb-adapter-memory'))
  .plugin(require('pouchdb-mapreduce'))
  .defaults({ adapter: 'memory' });

// The mode without log files, settings files and user accounts: nothing is written anywhere.
const server = expressPouchDB(PouchDB, { mode: 'minimumForPouchDB', inMemoryConfig: true });

express().use(server).listen(Number(process.argv[2]), '127.0.0.1');
