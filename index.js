// n8n reads the nodes from package.json's "n8n" field; there is nothing to import.
module.exports = {};
