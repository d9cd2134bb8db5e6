document.documentElement.dataset.ready = 'yes';
console.info('A blog by the sea');
